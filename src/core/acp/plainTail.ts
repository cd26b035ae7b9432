const escapes = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[@-Z\\-_])/g;
const controls = /[^\P{Cc}\n\t]/gu;

/** The last `longest` characters of what a program wrote, without colours and control characters. */
export function plainTail(text: string, longest: number): string {
  const plain = text.replace(escapes, '').replaceAll('\r\n', '\n').replace(controls, '').trim();
  return plain.length > longest ? `…${plain.slice(-longest)}` : plain;
}
