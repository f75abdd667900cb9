import { Box, Stack, Typography, useTheme } from '@mui/material';

/** A scion set on a stem: the mark of the product. */
export function Logo({ rail = false, size = 30 }: { rail?: boolean; size?: number }) {
  const { palette } = useTheme();
  return (
    <Stack
      direction="row"
      spacing={1.25}
      sx={{ alignItems: 'center', justifyContent: rail ? 'center' : 'flex-start', px: rail ? 0 : 1, mb: 2.5 }}
    >
      <Box
        component="svg"
        viewBox="0 0 32 32"
        aria-hidden
        sx={{ width: size, height: size, flex: 'none', color: 'primary.main' }}
      >
        <path fill="currentColor" d="M9 0h14a9 9 0 0 1 9 9v14a9 9 0 0 1-9 9H9a9 9 0 0 1-9-9V9a9 9 0 0 1 9-9Z" />
        <path
          fill="none"
          stroke={palette.primary.contrastText}
          strokeWidth="2.2"
          strokeLinecap="round"
          strokeLinejoin="round"
          d="M16 26V13M16 19c-5 0-8-3-8-8 5 0 8 3 8 8Zm0-6c0-4 2.5-7 7-7 0 4-2.5 7-7 7Z"
        />
      </Box>
      {!rail && (
        <Typography sx={{ fontSize: '1.1875rem', fontWeight: 680, letterSpacing: '-0.02em' }}>Graft</Typography>
      )}
    </Stack>
  );
}
