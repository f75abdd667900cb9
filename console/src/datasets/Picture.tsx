import { Box } from '@mui/material';
import { usePictureUrl } from '../api/hooks.js';

/** A catalogue picture, fetched when it comes near the window. */
export function Picture({
  versionId,
  itemId,
  title,
  side,
}: {
  versionId: string;
  itemId: string;
  title: string;
  side?: number;
}) {
  const pictureUrl = usePictureUrl();
  return (
    <Box
      component="img"
      src={pictureUrl(versionId, itemId)}
      alt={title}
      loading="lazy"
      sx={{
        display: 'block',
        width: side ?? '100%',
        aspectRatio: '1',
        objectFit: 'contain',
        bgcolor: 'action.hover',
        borderRadius: 1.5,
        ...(side !== undefined && { flex: 'none' }),
      }}
    />
  );
}
