import type { DocumentNode, FieldNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql';
import { Kind } from 'graphql';

type Variables = Record<string, unknown>;

/** What a query counts as: a hundredth of the requests that its connections would take, and never nothing. */
export function costOf(document: DocumentNode, variables: Variables): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);

  function requests(selection: SelectionSetNode | undefined, times: number): number {
    let sum = 0;
    for (const each of selection?.selections ?? []) {
      if (each.kind === Kind.FIELD) {
        const size = sizeOf(each, variables);
        sum += (isConnection(each) ? times : 0) + requests(each.selectionSet, times * size);
      } else if (each.kind === Kind.INLINE_FRAGMENT) sum += requests(each.selectionSet, times);
      else sum += requests(fragments.get(each.name.value)?.selectionSet, times);
    }
    return sum;
  }

  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const sum = operations.reduce(
    (total, operation) => total + ('selectionSet' in operation ? requests(operation.selectionSet, 1) : 0),
    0,
  );
  return Math.max(1, Math.round(sum / 100));
}

const isConnection = (field: FieldNode) =>
  field.arguments?.some(({ name }) => name.value === 'first' || name.value === 'last') ?? false;

/** How many things stand below a field. */
function sizeOf(field: FieldNode, variables: Variables): number {
  for (const { name, value } of field.arguments ?? []) {
    const given = value.kind === Kind.VARIABLE ? variables[value.name.value] : value;
    if (name.value === 'ids') {
      if (Array.isArray(given)) return given.length;
      if (value.kind === Kind.LIST) return value.values.length;
    }
    if (name.value !== 'first' && name.value !== 'last') continue;
    if (value.kind === Kind.INT) return Number(value.value);
    if (typeof given === 'number') return given;
  }
  return 1;
}
