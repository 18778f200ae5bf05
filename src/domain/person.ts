const longest = 200;

/**
 * A person as git writes them, `Name <mail>`. Git leaves out control characters, brackets and marks
 * at the ends of a name, and refuses one of which nothing is left: then it is `fallback`.
 */
export function personName(name: string, mail: string, fallback: string): string {
  return `${tidy(name) || tidy(fallback) || 'unknown'} <${tidy(mail).replace(/\s/g, '')}>`;
}

function tidy(text: string): string {
  return text
    .replace(/[\s\p{Cc}<>]+/gu, ' ')
    .slice(0, longest)
    .replace(/^[\s.,:;"'\\]+|[\s.,:;"'\\]+$/g, '');
}
