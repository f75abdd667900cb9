import CheckIcon from '@mui/icons-material/Check';
import { Box, Button, Paper, Skeleton, Typography } from '@mui/material';
import { Link } from 'react-router-dom';
import type { PathStep } from './progress.js';

/** Four cards in the order of the main job; the first that is not done is the one to act on. */
export function MainJobPath({ steps }: { steps: PathStep[] | null }) {
  return (
    <Box
      component="ol"
      aria-label="The main job"
      sx={{
        listStyle: 'none',
        p: 0,
        m: 0,
        display: 'grid',
        gap: 2,
        gridTemplateColumns: { xs: '1fr', sm: '1fr 1fr', lg: 'repeat(4, 1fr)' },
      }}
    >
      {!steps && [0, 1, 2, 3].map((index) => <Skeleton key={index} component="li" variant="rounded" height={188} />)}
      {steps?.map((step, index) => (
        <Paper
          key={step.title}
          component="li"
          variant="outlined"
          sx={{
            p: 2.25,
            display: 'flex',
            flexDirection: 'column',
            gap: 0.75,
            ...(step.state === 'now' && {
              borderColor: 'primary.main',
              boxShadow: (theme) => `0 0 0 1px ${theme.palette.primary.main}`,
            }),
          }}
        >
          <Box
            sx={{
              display: 'grid',
              placeItems: 'center',
              width: 28,
              height: 28,
              borderRadius: '50%',
              mb: 0.75,
              fontSize: '0.8125rem',
              fontWeight: 700,
              ...(step.state === 'later'
                ? { border: 1, borderColor: 'divider', color: 'text.secondary' }
                : { bgcolor: 'primary.main', color: 'primary.contrastText' }),
            }}
          >
            {step.state === 'done' ? <CheckIcon titleAccess="done" sx={{ fontSize: 17 }} /> : index + 1}
          </Box>
          <Typography variant="h2">{step.title}</Typography>
          <Typography variant="body2" color="text.secondary" sx={{ flex: 1 }}>
            {step.detail}
          </Typography>
          <Box sx={{ mt: 1 }}>
            <Button
              component={Link}
              to={step.to}
              size="small"
              variant={step.state === 'now' ? 'contained' : 'outlined'}
            >
              {step.action}
            </Button>
          </Box>
        </Paper>
      ))}
    </Box>
  );
}
