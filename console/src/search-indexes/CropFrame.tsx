import { Box, Typography } from '@mui/material';
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { type Crop, cropBetween } from './question.js';

type Point = { x: number; y: number };
const whole: Crop = { x: 0, y: 0, width: 1, height: 1 };
const stride = 0.05;
const directions: Record<string, Point> = {
  ArrowLeft: { x: -stride, y: 0 },
  ArrowRight: { x: stride, y: 0 },
  ArrowUp: { x: 0, y: -stride },
  ArrowDown: { x: 0, y: stride },
};

const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
const percent = (share: number): string => `${100 * share}%`;

/** The picture that is searched by; a part of it is chosen by dragging, or with the arrow keys (with Shift they resize). */
export function CropFrame({
  url,
  title,
  crop,
  onCrop,
}: {
  url: string;
  title: string;
  crop: Crop | null;
  onCrop: (crop: Crop | null) => void;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const [corner, setCorner] = useState<Point | null>(null);
  const [drawn, setDrawn] = useState<Crop | null>(null);
  const shown = drawn ?? crop;

  const pointOf = (event: PointerEvent): Point => {
    const box = frame.current!.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };
  const release = (event: PointerEvent) => {
    if (!corner) return;
    onCrop(cropBetween(corner, pointOf(event)));
    setCorner(null);
    setDrawn(null);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return onCrop(null);
    const by = directions[event.key];
    if (!by) return;
    event.preventDefault();
    const from = crop ?? whole;
    const size = event.shiftKey
      ? {
          width: within(from.width + by.x, 2 * stride, 1 - from.x),
          height: within(from.height + by.y, 2 * stride, 1 - from.y),
        }
      : { width: from.width, height: from.height };
    const at = event.shiftKey
      ? from
      : { x: within(from.x + by.x, 0, 1 - from.width), y: within(from.y + by.y, 0, 1 - from.height) };
    onCrop(cropBetween(at, { x: at.x + size.width, y: at.y + size.height }));
  };

  return (
    <Box>
      <Box
        ref={frame}
        tabIndex={0}
        role="application"
        aria-label="Part of the picture to search by. Drag over it, or use the arrow keys; with Shift they resize, Escape takes the whole."
        onPointerDown={(event) => {
          event.preventDefault();
          event.currentTarget.setPointerCapture(event.pointerId);
          event.currentTarget.focus();
          setCorner(pointOf(event));
        }}
        onPointerMove={(event) => corner && setDrawn(cropBetween(corner, pointOf(event)))}
        onPointerUp={release}
        onKeyDown={press}
        sx={{
          position: 'relative',
          width: 'fit-content',
          maxWidth: 1,
          mx: 'auto',
          overflow: 'hidden',
          borderRadius: 2,
          cursor: 'crosshair',
          touchAction: 'none',
          userSelect: 'none',
        }}
      >
        <Box
          component="img"
          src={url}
          alt={title}
          draggable={false}
          sx={{ display: 'block', maxWidth: 1, minWidth: 180, maxHeight: 300, bgcolor: 'action.hover' }}
        />
        {shown && (
          <Box
            sx={{
              position: 'absolute',
              left: percent(shown.x),
              top: percent(shown.y),
              width: percent(shown.width),
              height: percent(shown.height),
              border: '2px solid #fff',
              boxShadow: '0 0 0 9999px rgba(0, 0, 0, 0.5)',
            }}
          />
        )}
      </Box>
      <Typography variant="caption" color="text.secondary" component="p" sx={{ mt: 0.75, mb: 0, textAlign: 'center' }}>
        {crop ? 'Searching by the part inside the frame.' : 'Drag over the picture to search by a part of it.'}
      </Typography>
    </Box>
  );
}
