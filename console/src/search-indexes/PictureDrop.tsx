import AddPhotoIcon from '@mui/icons-material/AddPhotoAlternateOutlined';
import { Alert, Box, Button, Stack, Typography, alpha } from '@mui/material';
import { useEffect, useId, useRef, useState, type DragEvent } from 'react';
import { formatBytes } from '../ui/format.js';
import { largestPictureBytes, type QueryPicture } from './question.js';

const accepted = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];

const readPicture = (file: File): Promise<QueryPicture> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve({ name: file.name, url: String(reader.result) });
    reader.onerror = () => reject(new Error('The browser could not read the file.'));
    reader.readAsDataURL(file);
  });

function complaintAbout(file: File): string | null {
  if (!accepted.includes(file.type))
    return `Expected a jpeg, png, webp or gif picture, found ${file.type || file.name}.`;
  if (file.size > largestPictureBytes)
    return `Expected at most ${formatBytes(largestPictureBytes)}, found ${formatBytes(file.size)}. Make the picture smaller.`;
  return null;
}

/** Where a picture is dropped, pasted or chosen. */
export function PictureDrop({ onPicture }: { onPicture: (picture: QueryPicture) => void }) {
  const inputId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [complaint, setComplaint] = useState<string | null>(null);
  const take = async (file: File | null | undefined) => {
    if (!file) return;
    const wrong = complaintAbout(file);
    setComplaint(wrong);
    if (wrong === null) onPicture(await readPicture(file));
  };
  useEffect(() => {
    const paste = (event: ClipboardEvent) => void take(event.clipboardData?.files[0]);
    window.addEventListener('paste', paste);
    return () => window.removeEventListener('paste', paste);
  });
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };

  return (
    <Stack spacing={1}>
      <Box
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        sx={(theme) => ({
          display: 'grid',
          placeItems: 'center',
          textAlign: 'center',
          gap: 1,
          px: 2,
          py: 4,
          border: '1.5px dashed',
          borderColor: over ? 'primary.main' : 'divider',
          borderRadius: 3,
          bgcolor: over ? alpha(theme.palette.primary.main, 0.08) : 'background.default',
        })}
      >
        <AddPhotoIcon sx={{ fontSize: 34, color: 'primary.main' }} />
        <Button variant="outlined" onClick={() => input.current?.click()}>
          Choose a picture
        </Button>
        <Typography variant="caption" color="text.secondary">
          or drop one here, or paste it
        </Typography>
        <input
          ref={input}
          id={inputId}
          type="file"
          accept={accepted.join()}
          aria-label="Picture to search by"
          hidden
          onChange={(event) => {
            void take(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
      </Box>
      {complaint && <Alert severity="warning">{complaint}</Alert>}
    </Stack>
  );
}
