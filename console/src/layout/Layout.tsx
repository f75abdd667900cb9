import { Box, Drawer, Link as MuiLink, useMediaQuery, type Theme } from '@mui/material';
import { useState } from 'react';
import type { CoreLayoutProps } from 'react-admin';
import { useLocation } from 'react-router-dom';
import { useLiveUpdates } from '../api/liveContext.js';
import { ErrorBoundary } from './ErrorBoundary.js';
import { SideNav } from './SideNav.js';
import { TopBar } from './TopBar.js';

const navWidth = 232;
const railWidth = 68;

/** Navigation beside the content; a rail of icons where the window is narrow, a drawer where it is narrower still. */
export function Layout({ children }: CoreLayoutProps) {
  const connected = useLiveUpdates();
  const wide = useMediaQuery((theme: Theme) => theme.breakpoints.up('lg'));
  const phone = useMediaQuery((theme: Theme) => theme.breakpoints.down('sm'));
  const [drawerOpen, setDrawerOpen] = useState(false);
  const { pathname } = useLocation();
  const width = phone ? 0 : wide ? navWidth : railWidth;

  return (
    <Box sx={{ minHeight: '100vh', bgcolor: 'background.default' }}>
      <MuiLink
        href="#main-content"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('main-content')?.focus();
        }}
        sx={{
          position: 'fixed',
          left: 12,
          top: -60,
          zIndex: 2000,
          px: 2,
          py: 1,
          bgcolor: 'background.paper',
          borderRadius: 2,
          '&:focus': { top: 12 },
        }}
      >
        Skip to content
      </MuiLink>
      {phone ? (
        <Drawer
          open={drawerOpen}
          onClose={() => setDrawerOpen(false)}
          slotProps={{ paper: { sx: { width: navWidth } } }}
        >
          <SideNav onNavigate={() => setDrawerOpen(false)} />
        </Drawer>
      ) : (
        <Box
          sx={{
            position: 'fixed',
            insetBlock: 0,
            left: 0,
            width,
            borderRight: 1,
            borderColor: 'divider',
            bgcolor: 'background.paper',
            overflowY: 'auto',
            overflowX: 'hidden',
          }}
        >
          <SideNav rail={!wide} />
        </Box>
      )}
      <Box sx={{ ml: `${width}px` }}>
        <TopBar connected={connected} {...(phone && { onMenu: () => setDrawerOpen(true) })} />
        <Box
          component="main"
          id="main-content"
          tabIndex={-1}
          sx={{ outline: 'none', '&:focus-visible': { outline: 'none' } }}
        >
          <ErrorBoundary key={pathname}>{children}</ErrorBoundary>
        </Box>
      </Box>
    </Box>
  );
}
