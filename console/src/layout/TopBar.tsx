import MenuIcon from '@mui/icons-material/Menu';
import { Box, IconButton, Stack, Tooltip, Typography } from '@mui/material';
import { ThemeToggle } from './ThemeToggle.js';
import { UserMenu } from './UserMenu.js';

export function TopBar({ connected, onMenu }: { connected: boolean; onMenu?: () => void }) {
  return (
    <Stack
      component="header"
      direction="row"
      spacing={1}
      sx={{
        position: 'sticky',
        top: 0,
        zIndex: 1100,
        height: 56,
        px: { xs: 1.5, lg: 3 },
        alignItems: 'center',
        bgcolor: 'background.default',
        borderBottom: 1,
        borderColor: 'divider',
      }}
    >
      {onMenu && (
        <IconButton aria-label="Open navigation" onClick={onMenu}>
          <MenuIcon />
        </IconButton>
      )}
      <Box sx={{ flex: 1 }} />
      <Tooltip
        title={
          connected
            ? 'This page follows the server as things happen'
            : 'Connection lost: trying again. What you see may be old'
        }
      >
        <Stack
          direction="row"
          spacing={0.75}
          role="status"
          tabIndex={0}
          sx={{ alignItems: 'center', px: 1, borderRadius: 2 }}
        >
          <Box
            sx={{ width: 8, height: 8, borderRadius: '50%', bgcolor: connected ? 'success.main' : 'warning.main' }}
          />
          <Typography variant="caption" color="text.secondary">
            {connected ? 'Live' : 'Reconnecting'}
          </Typography>
        </Stack>
      </Tooltip>
      <ThemeToggle />
      <UserMenu />
    </Stack>
  );
}
