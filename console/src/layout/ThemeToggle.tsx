import DarkModeIcon from '@mui/icons-material/DarkModeOutlined';
import LightModeIcon from '@mui/icons-material/LightModeOutlined';
import { IconButton, Tooltip, useTheme } from '@mui/material';
import { useTheme as useThemeChoice } from 'react-admin';

/** The first visit follows the system; a click here is remembered for this browser. */
export function ThemeToggle() {
  const [, choose] = useThemeChoice();
  const dark = useTheme().palette.mode === 'dark';
  const label = dark ? 'Use light colours' : 'Use dark colours';
  return (
    <Tooltip title={label}>
      <IconButton aria-label={label} onClick={() => choose(dark ? 'light' : 'dark')}>
        {dark ? <LightModeIcon fontSize="small" /> : <DarkModeIcon fontSize="small" />}
      </IconButton>
    </Tooltip>
  );
}
