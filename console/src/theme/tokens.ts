export type Mode = 'light' | 'dark';

/** Every colour of the console. Text on its ground keeps a contrast of at least 4.5:1 in both modes. */
export const tokens = {
  light: {
    ground: '#f6f8f7',
    raised: '#ffffff',
    line: '#dfe5e2',
    ink: '#14201c',
    muted: '#53625c',
    accent: '#0d6b60',
    onAccent: '#ffffff',
    info: '#1d5fa8',
    success: '#226b3a',
    warning: '#8a5a00',
    error: '#b02a20',
    stock: '#75857e',
    fineTuned: '#b7791f',
  },
  dark: {
    ground: '#0e1412',
    raised: '#151d1a',
    line: '#293530',
    ink: '#e6eeea',
    muted: '#9cada5',
    accent: '#5ccbb8',
    onAccent: '#06201b',
    info: '#7ab4f0',
    success: '#6fcf8d',
    warning: '#e5b45a',
    error: '#f28b82',
    stock: '#8d9c95',
    fineTuned: '#e0a84e',
  },
} as const;

export const fonts = {
  body: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif',
  mono: 'ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
};
