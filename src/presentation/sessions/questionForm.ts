import { toPlainLine } from '../plainText.ts';

/** A field of a form that an agent wants to have filled in. */
export interface FormField {
  /** Its name in the answer. */
  readonly name: string;
  /** What people call it. */
  readonly label: string;
  readonly description: string | undefined;
  readonly type: 'text' | 'number' | 'integer' | 'flag' | 'choice' | 'choices';
  /** What can be chosen, for `choice` and `choices`. */
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly isRequired: boolean;
  readonly preset: string | undefined;
}

/** What may stand in a field. */
export type FieldValue = string | number | boolean | readonly string[];

const maxFields = 50;
const maxChoices = 200;
const maxLabelLength = 200;
const maxDescriptionLength = 1000;

/** The fields of a JSON schema. Empty for what is no form of plain fields. */
export function formFields(schema: unknown): readonly FormField[] {
  const { properties, required } = tableOf(schema);
  const names = new Set(listOf(required));
  return Object.entries(tableOf(properties))
    .slice(0, maxFields)
    .map(([name, field]) => toField(name, tableOf(field), names.has(name)));
}

function toField(name: string, field: Table, isRequired: boolean): FormField {
  const { title, description } = field;
  const choices = choicesOf(field);
  const isList = field.type === 'array';
  return {
    name,
    label: toPlainLine(typeof title === 'string' ? title : name, maxLabelLength),
    description:
      typeof description === 'string' ? toPlainLine(description, maxDescriptionLength) : undefined,
    type: choices.length > 0 || isList ? (isList ? 'choices' : 'choice') : plainType(field.type),
    choices,
    isRequired,
    preset: presetOf(field.default),
  };
}

function presetOf(value: unknown): string | undefined {
  const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
  return isPlain ? toPlainLine(String(value), maxLabelLength) : undefined;
}

function plainType(type: unknown): FormField['type'] {
  if (type === 'number' || type === 'integer') return type;
  return type === 'boolean' ? 'flag' : 'text';
}

/** `enum` with `enumNames`, or `oneOf`/`anyOf` of constants with titles; of a list those of its items. */
function choicesOf(field: Table): FormField['choices'] {
  if (field.type === 'array') return choicesOf({ ...tableOf(field.items), type: undefined });
  const names = listOf(field.enumNames);
  const listed = listOf(field.enum).map((value, i) => ({ value, title: names[i] }));
  const titled = [...listOf(field.oneOf), ...listOf(field.anyOf)].map((each) => {
    const { const: value, title } = tableOf(each);
    return { value, title };
  });
  return [...listed, ...titled].slice(0, maxChoices).flatMap(({ value, title }) => {
    if (typeof value !== 'string') return [];
    const label = toPlainLine(typeof title === 'string' ? title : value, maxLabelLength);
    return [{ value, label }];
  });
}

/** What was typed, as the field takes it; undefined for what it does not take. */
export function fieldValue({ type, choices }: FormField, typed: string): FieldValue | undefined {
  switch (type) {
    case 'text':
      return typed;
    case 'number':
    case 'integer': {
      const number = typed.trim() === '' ? Number.NaN : Number(typed);
      const isTaken = type === 'number' ? Number.isFinite(number) : Number.isSafeInteger(number);
      return isTaken ? number : undefined;
    }
    case 'flag':
      return flagOf(typed);
    case 'choice':
      return choices.find(({ value, label }) => value === typed || label === typed)?.value;
    case 'choices': {
      const values = typed.split(',').map((each) => each.trim());
      const known =
        choices.length === 0 ? values : values.filter((each) => isChoice(choices, each));
      return known.length === values.length ? known : undefined;
    }
  }
}

function isChoice(choices: FormField['choices'], typed: string): boolean {
  return choices.some(({ value }) => value === typed);
}

function flagOf(typed: string): boolean | undefined {
  const word = typed.trim().toLowerCase();
  if (['true', 'yes', 'y', '1'].includes(word)) return true;
  return ['false', 'no', 'n', '0'].includes(word) ? false : undefined;
}

type Table = Readonly<Record<string, unknown>>;

function tableOf(value: unknown): Table {
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isTable ? (value as Table) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
