import { Box, MenuItem, Stack, TextField, Typography, useTheme } from '@mui/material';
import { useMemo, useState, type PointerEvent } from 'react';
import type { SpaceReport } from '../api/schemas.js';
import { Picture } from '../datasets/Picture.js';
import { Section } from '../ui/Section.js';
import { colourScale, nearestPoint } from './mapColours.js';

type Point = SpaceReport['map'][number];

const size = { width: 900, height: 560, margin: 14 };

/** Items in the plane, each where its neighbours are. The pointer shows the picture under it. */
export function SpaceMap({ points, versionId }: { points: readonly Point[]; versionId: string | null }) {
  const { palette } = useTheme();
  const [shown, setShown] = useState<Point | null>(null);
  const [attribute, setAttribute] = useState('');
  const names = useMemo(() => [...new Set(points.flatMap(({ attributes }) => Object.keys(attributes)))], [points]);
  const name = attribute || (names[0] ?? '');
  const valueOf = ({ attributes }: Point): string => attributes[name] ?? '';
  const scale = useMemo(
    () =>
      colourScale(
        points.map(({ attributes }) => attributes[name] ?? ''),
        palette.mode,
      ),
    [points, name, palette.mode],
  );
  const place = ({ x, y }: { x: number; y: number }) => ({
    cx: size.margin + x * (size.width - 2 * size.margin),
    cy: size.margin + y * (size.height - 2 * size.margin),
  });
  const look = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    setShown(nearestPoint(points, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height));
  };

  return (
    <Section
      title="Map"
      hint="Near on the map is near in the space; distances between far groups mean nothing (UMAP)."
      action={
        names.length > 0 && (
          <TextField
            select
            label="Colour by"
            value={name}
            onChange={(event) => setAttribute(event.target.value)}
            sx={{ minWidth: 160 }}
          >
            {names.map((option) => (
              <MenuItem key={option} value={option}>
                {option}
              </MenuItem>
            ))}
          </TextField>
        )
      }
    >
      <Box sx={{ display: 'grid', gap: 2.5, gridTemplateColumns: { xs: '1fr', md: 'minmax(0, 1fr) 200px' } }}>
        <Box
          component="svg"
          viewBox={`0 0 ${size.width} ${size.height}`}
          role="img"
          aria-label={`Map of ${points.length} items${name ? `, coloured by ${name}` : ''}`}
          onPointerMove={look}
          onPointerLeave={() => setShown(null)}
          sx={{ width: 1, height: 'auto', bgcolor: 'background.default', borderRadius: 2 }}
        >
          {points.map((point) => (
            <circle
              key={point.itemId}
              {...place(point)}
              r={3.4}
              fill={scale.colourOf(valueOf(point))}
              fillOpacity={0.8}
            />
          ))}
          {shown && <circle {...place(shown)} r={8} fill="none" stroke={palette.text.primary} strokeWidth={2} />}
        </Box>
        <Stack direction={{ xs: 'row', md: 'column' }} spacing={1.5} sx={{ minWidth: 0 }}>
          <Box sx={{ minHeight: 150, width: 120, flex: 'none' }}>
            {shown && versionId && (
              <>
                <Picture versionId={versionId} itemId={shown.itemId} title={shown.itemId} side={120} />
                <Typography variant="caption" color="text.secondary" noWrap component="div">
                  {shown.itemId}
                  {valueOf(shown) && `, ${valueOf(shown)}`}
                </Typography>
              </>
            )}
          </Box>
          <Stack component="ul" spacing={0.5} sx={{ listStyle: 'none', m: 0, p: 0 }}>
            {scale.legend.map(({ value, colour, count }) => (
              <Stack component="li" key={value} direction="row" spacing={1} sx={{ alignItems: 'center' }}>
                <Box sx={{ width: 10, height: 10, flex: 'none', borderRadius: '50%', bgcolor: colour }} />
                <Typography variant="caption" noWrap title={value}>
                  {value} ({count})
                </Typography>
              </Stack>
            ))}
          </Stack>
        </Stack>
      </Box>
    </Section>
  );
}
