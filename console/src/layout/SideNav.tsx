import DatasetIcon from '@mui/icons-material/PhotoLibraryOutlined';
import ExperimentIcon from '@mui/icons-material/ScienceOutlined';
import HomeIcon from '@mui/icons-material/HomeOutlined';
import ModelIcon from '@mui/icons-material/AccountTreeOutlined';
import EndpointIcon from '@mui/icons-material/AltRouteOutlined';
import RolloutIcon from '@mui/icons-material/VerifiedOutlined';
import SearchIcon from '@mui/icons-material/ImageSearchOutlined';
import SpaceIcon from '@mui/icons-material/BubbleChartOutlined';
import SandboxIcon from '@mui/icons-material/ShieldOutlined';
import PeopleIcon from '@mui/icons-material/GroupOutlined';
import TokenIcon from '@mui/icons-material/KeyOutlined';
import AuditIcon from '@mui/icons-material/HistoryOutlined';
import type { SvgIconComponent } from '@mui/icons-material';
import {
  Badge,
  Box,
  List,
  ListItem,
  ListItemButton,
  ListItemIcon,
  ListItemText,
  ListSubheader,
  Tooltip,
  alpha,
} from '@mui/material';
import { useGetList } from 'react-admin';
import { Link, useLocation } from 'react-router-dom';
import { useMay } from '../api/hooks.js';
import { Logo } from './Logo.js';

type Entry = { to: string; label: string; icon: SvgIconComponent; permission?: string; also?: string[] };
const groups: { heading: string; entries: Entry[] }[] = [
  {
    heading: 'Build',
    entries: [
      { to: '/', label: 'Home', icon: HomeIcon },
      { to: '/datasets', label: 'Datasets', icon: DatasetIcon, permission: 'datasets:read' },
      {
        to: '/experiments',
        label: 'Experiments',
        icon: ExperimentIcon,
        permission: 'experiments:read',
        also: ['/runs'],
      },
      { to: '/spaces', label: 'Spaces', icon: SpaceIcon, permission: 'spaces:read' },
      { to: '/models', label: 'Models', icon: ModelIcon, permission: 'models:read', also: ['/model-versions'] },
    ],
  },
  {
    heading: 'Serve',
    entries: [
      { to: '/search-indexes', label: 'Visual search', icon: SearchIcon, permission: 'search-indexes:read' },
      { to: '/endpoints', label: 'Endpoints', icon: EndpointIcon, permission: 'endpoints:read' },
      { to: '/rollouts', label: 'Rollouts', icon: RolloutIcon, permission: 'rollouts:read' },
    ],
  },
  {
    heading: 'Platform',
    entries: [
      { to: '/sandboxes', label: 'Sandboxes', icon: SandboxIcon, permission: 'sandboxes:read' },
      { to: '/people', label: 'People', icon: PeopleIcon, permission: 'people:read' },
      { to: '/tokens', label: 'Tokens', icon: TokenIcon, permission: 'tokens:manage' },
      { to: '/audit', label: 'Audit', icon: AuditIcon, permission: 'audit:read' },
    ],
  },
];

const isAt = (entry: Entry, pathname: string): boolean =>
  entry.to === '/'
    ? pathname === '/'
    : [entry.to, ...(entry.also ?? [])].some((prefix) => pathname === prefix || pathname.startsWith(`${prefix}/`));

export function SideNav({ rail = false, onNavigate }: { rail?: boolean; onNavigate?: () => void }) {
  const may = useMay();
  const { pathname } = useLocation();
  const waiting =
    useGetList(
      'rollouts',
      {
        filter: { state: 'requested' },
        pagination: { page: 1, perPage: 1 },
        sort: { field: 'requestedAt', order: 'DESC' },
      },
      { enabled: may('rollouts:approve') },
    ).total ?? 0;

  return (
    <Box component="nav" aria-label="Main" sx={{ p: rail ? 1 : 1.5, pt: 2 }}>
      <Logo rail={rail} />
      {groups.map(({ heading, entries }) => {
        const visible = entries.filter((entry) => !entry.permission || may(entry.permission));
        if (visible.length === 0) return null;
        return (
          <List
            key={heading}
            dense
            disablePadding
            aria-label={heading}
            sx={{ mb: 2 }}
            {...(!rail && {
              subheader: (
                <ListSubheader
                  component="div"
                  disableSticky
                  sx={{
                    bgcolor: 'transparent',
                    px: 1.25,
                    lineHeight: '28px',
                    fontSize: '0.75rem',
                    fontWeight: 600,
                    color: 'text.secondary',
                  }}
                >
                  {heading}
                </ListSubheader>
              ),
            })}
          >
            {visible.map((entry) => {
              const selected = isAt(entry, pathname);
              const Icon = entry.icon;
              const count = entry.to === '/rollouts' ? waiting : 0;
              return (
                <ListItem key={entry.to} disablePadding sx={{ mb: 0.25 }}>
                  <Tooltip title={rail ? entry.label : ''} placement="right">
                    <ListItemButton
                      component={Link}
                      to={entry.to}
                      selected={selected}
                      aria-label={count > 0 ? `${entry.label}, ${count} waiting` : entry.label}
                      {...(selected && { 'aria-current': 'page' as const })}
                      {...(onNavigate && { onClick: onNavigate })}
                      sx={(theme) => ({
                        borderRadius: 2,
                        minHeight: 38,
                        px: 1.25,
                        justifyContent: rail ? 'center' : 'flex-start',
                        color: 'text.secondary',
                        '&.Mui-selected': { color: 'primary.main', bgcolor: alpha(theme.palette.primary.main, 0.1) },
                      })}
                    >
                      <ListItemIcon sx={{ minWidth: rail ? 0 : 34, color: 'inherit' }}>
                        <Badge color="primary" variant={rail ? 'dot' : 'standard'} invisible={!rail || count === 0}>
                          <Icon sx={{ fontSize: 21 }} />
                        </Badge>
                      </ListItemIcon>
                      {!rail && (
                        <ListItemText
                          primary={entry.label}
                          slotProps={{
                            primary: {
                              sx: {
                                fontSize: '0.9063rem',
                                fontWeight: selected ? 620 : 500,
                                color: selected ? 'inherit' : 'text.primary',
                              },
                            },
                          }}
                        />
                      )}
                      {!rail && count > 0 && <Badge badgeContent={count} color="primary" sx={{ mr: 1.25 }} />}
                    </ListItemButton>
                  </Tooltip>
                </ListItem>
              );
            })}
          </List>
        );
      })}
    </Box>
  );
}
