import { alpha } from '@mui/material';
import type { RaThemeOptions } from 'react-admin';
import { fonts, tokens, type Mode } from './tokens.js';

export function graftTheme(mode: Mode): RaThemeOptions {
  const color = tokens[mode];
  const focusRing = { outline: `2px solid ${color.accent}`, outlineOffset: 2 };
  return {
    palette: {
      mode,
      primary: { main: color.accent, contrastText: color.onAccent },
      secondary: { main: color.accent, contrastText: color.onAccent },
      info: { main: color.info },
      success: { main: color.success },
      warning: { main: color.warning },
      error: { main: color.error },
      background: { default: color.ground, paper: color.raised },
      text: { primary: color.ink, secondary: color.muted },
      divider: color.line,
    },
    shape: { borderRadius: 4 },
    typography: {
      fontFamily: fonts.body,
      fontSize: 14,
      h1: { fontSize: '1.625rem', fontWeight: 650, letterSpacing: '-0.02em', lineHeight: 1.25 },
      h2: { fontSize: '1.0625rem', fontWeight: 620, letterSpacing: '-0.01em', lineHeight: 1.35 },
      h3: { fontSize: '0.9375rem', fontWeight: 620, lineHeight: 1.4 },
      body1: { fontSize: '0.9375rem', lineHeight: 1.55 },
      body2: { fontSize: '0.875rem', lineHeight: 1.5 },
      caption: { fontSize: '0.8125rem', lineHeight: 1.45 },
      overline: { fontSize: '0.75rem', fontWeight: 600, letterSpacing: '0.06em', lineHeight: 1.6 },
      button: { textTransform: 'none', fontWeight: 600 },
    },
    components: {
      MuiCssBaseline: {
        styleOverrides: {
          body: { fontFeatureSettings: '"cv05", "cv08", "ss03"' },
          ':focus-visible': focusRing,
          '@media (prefers-reduced-motion: reduce)': {
            '*': { animation: 'none !important', transition: 'none !important' },
          },
        },
      },
      MuiPaper: {
        defaultProps: { elevation: 0 },
        styleOverrides: {
          root: { backgroundImage: 'none' },
          rounded: { borderRadius: 12 },
          outlined: { borderColor: color.line },
        },
      },
      MuiAlert: { styleOverrides: { root: { borderRadius: 10 } } },
      MuiButtonBase: { styleOverrides: { root: { '&.Mui-focusVisible': focusRing } } },
      MuiButton: {
        defaultProps: { disableElevation: true },
        styleOverrides: {
          root: { borderRadius: 8, paddingInline: 14, whiteSpace: 'nowrap' },
          outlinedPrimary: { borderColor: color.line, color: color.ink },
          outlinedInherit: { borderColor: color.line },
        },
      },
      MuiTextField: { defaultProps: { variant: 'outlined', size: 'small', margin: 'none' } },
      MuiFormControl: { defaultProps: { variant: 'outlined', size: 'small', margin: 'none' } },
      MuiOutlinedInput: {
        styleOverrides: {
          root: { backgroundColor: color.raised, borderRadius: 8 },
          notchedOutline: { borderColor: color.line },
        },
      },
      MuiFormHelperText: { styleOverrides: { root: { marginInline: 2 } } },
      MuiChip: { styleOverrides: { root: { fontWeight: 550 } } },
      MuiTableCell: {
        styleOverrides: {
          root: { borderColor: color.line, padding: '10px 16px', fontSize: '0.875rem' },
          head: { color: color.muted, fontWeight: 600, fontSize: '0.8125rem', backgroundColor: 'transparent' },
        },
      },
      MuiTab: { styleOverrides: { root: { minHeight: 44, padding: '8px 4px', marginRight: 20, minWidth: 0 } } },
      MuiTooltip: {
        defaultProps: { arrow: true, enterDelay: 300 },
        styleOverrides: {
          tooltip: {
            fontSize: '0.8125rem',
            backgroundColor: mode === 'light' ? '#22302b' : '#33413b',
            lineHeight: 1.45,
          },
          arrow: { color: mode === 'light' ? '#22302b' : '#33413b' },
        },
      },
      MuiDialog: { styleOverrides: { paper: { borderRadius: 14, border: `1px solid ${color.line}` } } },
      MuiLinearProgress: {
        styleOverrides: { root: { borderRadius: 4, height: 6, backgroundColor: alpha(color.accent, 0.16) } },
      },
      MuiLink: { defaultProps: { underline: 'hover' }, styleOverrides: { root: { fontWeight: 550 } } },
      MuiSkeleton: { defaultProps: { animation: 'wave' }, styleOverrides: { rounded: { borderRadius: 12 } } },
    },
  };
}
