import ChevronRightIcon from '@mui/icons-material/ChevronRight';
import { Box, Breadcrumbs, Link as MuiLink, Stack, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { Title } from 'react-admin';
import { Link } from 'react-router-dom';

type Crumb = { label: string; to: string };
type PageProps = {
  title: string;
  chip?: ReactNode;
  description?: ReactNode;
  crumbs?: Crumb[];
  actions?: ReactNode;
  children: ReactNode;
};

/** The frame of every page: where am I, what is this, what can I do here, then the content. */
export function Page({ title, chip, description, crumbs, actions, children }: PageProps) {
  return (
    <Box sx={{ maxWidth: 1240, mx: 'auto', px: { xs: 2, sm: 3, lg: 4 }, py: { xs: 2.5, md: 4 } }}>
      <Title title={title} />
      <Box component="header" sx={{ mb: 3 }}>
        {crumbs && (
          <Breadcrumbs separator={<ChevronRightIcon sx={{ fontSize: 16 }} />} sx={{ mb: 0.75, fontSize: '0.875rem' }}>
            {crumbs.map((crumb) => (
              <MuiLink key={crumb.to} component={Link} to={crumb.to} color="text.secondary">
                {crumb.label}
              </MuiLink>
            ))}
          </Breadcrumbs>
        )}
        <Stack
          direction="row"
          useFlexGap
          spacing={2}
          sx={{ alignItems: 'flex-start', justifyContent: 'space-between', flexWrap: 'wrap' }}
        >
          <Box sx={{ minWidth: 0, flex: '1 1 320px' }}>
            <Stack direction="row" useFlexGap spacing={1.5} sx={{ alignItems: 'center', flexWrap: 'wrap' }}>
              <Typography variant="h1" sx={{ overflowWrap: 'anywhere' }}>
                {title}
              </Typography>
              {chip}
            </Stack>
            {description && (
              <Typography color="text.secondary" sx={{ mt: 0.5, maxWidth: 760 }} component="div">
                {description}
              </Typography>
            )}
          </Box>
          {actions && (
            <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: 'wrap' }}>
              {actions}
            </Stack>
          )}
        </Stack>
      </Box>
      <Stack spacing={3}>{children}</Stack>
    </Box>
  );
}
