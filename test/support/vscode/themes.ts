/** The four themes that come with VS Code, as its settings, its list and its page name them. */
export const themes = {
  dark: { id: 'Default Dark Modern', label: 'Dark Modern', className: 'vs-dark' },
  light: { id: 'Default Light Modern', label: 'Light Modern', className: 'vs' },
  'high-contrast-dark': {
    id: 'Default High Contrast',
    label: 'Dark High Contrast',
    className: 'hc-black',
  },
  'high-contrast-light': {
    id: 'Default High Contrast Light',
    label: 'Light High Contrast',
    className: 'hc-light',
  },
} as const;

export type Theme = keyof typeof themes;
