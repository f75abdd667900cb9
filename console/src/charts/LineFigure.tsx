import { Box, useTheme } from '@mui/material';
import { LineChart } from '@mui/x-charts/LineChart';
import { formatNumber } from '../ui/format.js';
import { decades, shareAxis, thin, type Series } from './series.js';

const maxPoints = 600;

type LineFigureProps = {
  label: string;
  series: readonly Series[];
  colors?: readonly string[];
  xLabel: string;
  yLabel?: string;
  logX?: boolean;
  logY?: boolean;
  marks?: boolean;
  height?: number;
  format?: (value: number) => string;
};

/** Lines over one axis. The label says in words what the picture shows. */
export function LineFigure({
  label,
  series,
  colors,
  xLabel,
  yLabel,
  logX = false,
  logY = false,
  marks = false,
  height = 260,
  format = formatNumber,
}: LineFigureProps) {
  const { palette } = useTheme();
  const { xs, rows } = shareAxis(series.map((one) => ({ ...one, points: thin(one.points, maxPoints) })));
  const ticks = logY ? decades(series.flatMap((one) => one.points.map((point) => point.y))) : [];
  const lineColors = colors ?? [
    palette.primary.main,
    palette.warning.main,
    palette.info.main,
    palette.error.main,
    palette.success.main,
  ];
  return (
    <Box role="img" aria-label={label} sx={{ width: 1, minWidth: 0 }}>
      <LineChart
        height={height}
        skipAnimation
        xAxis={[
          {
            data: xs,
            label: xLabel,
            scaleType: logX ? 'log' : 'linear',
            valueFormatter: (x: number) => String(x),
            ...(logX && xs.length > 0 && { tickInterval: xs, min: xs[0]! / 1.15, max: xs.at(-1)! * 1.15 }),
            height: 46,
          },
        ]}
        yAxis={[
          {
            scaleType: logY ? 'log' : 'linear',
            width: 58,
            disableLine: true,
            disableTicks: true,
            ...(logY && { tickInterval: ticks, min: ticks[0]!, max: ticks.at(-1)! }),
            valueFormatter: format,
            ...(yLabel && { label: yLabel, width: 66 }),
          },
        ]}
        series={series.map((one, index) => ({
          id: one.id,
          label: one.label,
          data: rows[index] ?? [],
          connectNulls: true,
          // A line through one point is nothing to see.
          showMark: marks || xs.length === 1,
          curve: 'linear',
          color: lineColors[index % lineColors.length]!,
          valueFormatter: (value: number | null) => (value === null ? '' : format(value)),
        }))}
        grid={{ horizontal: true }}
        hideLegend={series.length < 2}
        slotProps={{ legend: { position: { vertical: 'top', horizontal: 'start' } } }}
        margin={{ left: 4, right: 16, top: 12, bottom: 4 }}
      />
    </Box>
  );
}
