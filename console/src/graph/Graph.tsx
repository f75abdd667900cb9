import { Box } from '@mui/material';
import type { ReactNode } from 'react';
import { layOut, type GraphNode, type Placed } from './layers.js';

type GraphProps<N extends GraphNode> = {
  label: string;
  nodes: readonly N[];
  renderNode: (node: N) => ReactNode;
  nodeWidth?: number;
  nodeHeight?: number;
};

const gapX = 44;
const gapY = 16;

/** Boxes from left to right in the order they depend on each other, read as a list by a screen reader. */
export function Graph<N extends GraphNode>({
  label,
  nodes,
  renderNode,
  nodeWidth = 200,
  nodeHeight = 76,
}: GraphProps<N>) {
  const layout = layOut(nodes);
  const x = (place: Placed) => place.column * (nodeWidth + gapX);
  const y = (place: Placed) => place.row * (nodeHeight + gapY);
  const width = layout.columns * (nodeWidth + gapX) - gapX;
  const height = layout.rows * (nodeHeight + gapY) - gapY;
  const placeOf = new Map(layout.placed.map((place) => [place.id, place]));

  return (
    <Box sx={{ overflowX: 'auto', p: 0.5 }} tabIndex={0} role="group" aria-label={label}>
      <Box sx={{ position: 'relative', width, height }}>
        <Box component="svg" width={width} height={height} aria-hidden sx={{ position: 'absolute', inset: 0 }}>
          {layout.edges.map(({ from, to }) => {
            const [x1, y1, x2, y2] = [x(from) + nodeWidth, y(from) + nodeHeight / 2, x(to), y(to) + nodeHeight / 2];
            return (
              <Box
                component="path"
                key={`${from.id} ${to.id}`}
                d={`M${x1} ${y1}C${x1 + gapX * 0.6} ${y1} ${x2 - gapX * 0.6} ${y2} ${x2 - 6} ${y2}m-5 -4l5 4l-5 4`}
                sx={{
                  fill: 'none',
                  stroke: (theme) => theme.palette.text.secondary,
                  strokeOpacity: 0.55,
                  strokeWidth: 1.5,
                }}
              />
            );
          })}
        </Box>
        <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0 }}>
          {nodes.map((node) => {
            const place = placeOf.get(node.id);
            return (
              place && (
                <Box
                  component="li"
                  key={node.id}
                  sx={{ position: 'absolute', left: x(place), top: y(place), width: nodeWidth, height: nodeHeight }}
                >
                  {renderNode(node)}
                </Box>
              )
            );
          })}
        </Box>
      </Box>
    </Box>
  );
}
