import FolderOpenIcon from '@mui/icons-material/DriveFolderUploadOutlined';
import { Alert, Box, Button, MenuItem, Stack, TextField, Typography } from '@mui/material';
import { useId, useRef, useState } from 'react';
import type { ImportUpload } from '../api/uploadImport.js';
import { formatBytes, formatCount } from '../ui/format.js';
import {
  columnRoles,
  guessColumns,
  manifestColumns,
  planUpload,
  type ColumnRole,
  type UploadPlan,
} from './uploadPlan.js';

/** Enough of a manifest to see its header. */
const headerBytes = 64 * 1024;
const roleHint: Record<ColumnRole, string> = {
  id: 'unique',
  file: 'path of the picture',
  title: 'optional',
  split: 'train, val or test',
};

export function FolderForm({ pending, onSubmit }: { pending: boolean; onSubmit: (upload: ImportUpload) => void }) {
  const inputId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [plan, setPlan] = useState<UploadPlan<File> | null>(null);
  const [complaint, setComplaint] = useState<string | null>(null);
  const [columns, setColumns] = useState<string[]>([]);
  const [roles, setRoles] = useState(guessColumns([]));
  const [missingSplit, setMissingSplit] = useState<'refuse' | 'hash'>('hash');

  const choose = async (list: FileList | null) => {
    if (!list || list.length === 0) return;
    const planned = planUpload(
      [...list].map((file) => ({ path: file.webkitRelativePath || file.name, sizeBytes: file.size, file })),
    );
    setPlan(typeof planned === 'string' ? null : planned);
    setComplaint(typeof planned === 'string' ? planned : null);
    if (typeof planned === 'string') return;
    const found = manifestColumns(planned.manifestKind, await planned.manifest.file.slice(0, headerBytes).text());
    setColumns(found);
    setRoles(guessColumns(found));
  };
  const start = () => {
    if (!plan) return;
    const { title, split, ...required } = roles;
    onSubmit({
      options: {
        manifest: plan.manifestKind,
        columns: { ...required, ...(title && { title }), ...(split && { split }) },
        missingSplit,
      },
      manifest: plan.manifest.file,
      pairs: plan.pairs?.file ?? null,
      files: plan.pictures.map(({ name, entry }) => ({ name, file: entry.file })),
    });
  };

  return (
    <Stack spacing={2.5}>
      <Box
        sx={{
          display: 'grid',
          placeItems: 'center',
          textAlign: 'center',
          gap: 1,
          p: 4,
          border: '1.5px dashed',
          borderColor: 'divider',
          borderRadius: 3,
          bgcolor: 'background.default',
        }}
      >
        <FolderOpenIcon sx={{ fontSize: 34, color: 'primary.main' }} />
        <Button variant={plan ? 'outlined' : 'contained'} onClick={() => input.current?.click()}>
          {plan ? 'Choose another folder' : 'Choose a folder'}
        </Button>
        <Typography variant="caption" color="text.secondary">
          It holds the manifest, with the pictures beside or below it. A pairs.csv (a, b, weight) says what people liked
          together.
        </Typography>
        <input
          ref={input}
          id={inputId}
          type="file"
          multiple
          hidden
          aria-label="Folder"
          onChange={(event) => void choose(event.target.files)}
          {...{ webkitdirectory: '' }}
        />
      </Box>
      {complaint && <Alert severity="warning">{complaint}</Alert>}
      {plan && (
        <>
          <Alert severity="info" icon={false}>
            <strong>{plan.manifest.path}</strong> with {formatCount(plan.pictures.length)} pictures
            {plan.pairs ? ' and pairs.csv' : ''}, {formatBytes(plan.totalBytes)} in all.
            {plan.ignored.length > 0 && ` ${formatCount(plan.ignored.length)} other files stay here.`}
          </Alert>
          <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'repeat(auto-fit, minmax(200px, 1fr))' }}>
            {columnRoles.map((role) => (
              <TextField
                key={role}
                select
                label={`Column for ${role}`}
                required={role === 'id' || role === 'file'}
                value={roles[role]}
                helperText={roleHint[role]}
                onChange={(event) => setRoles((before) => ({ ...before, [role]: event.target.value }))}
              >
                <MenuItem value="">
                  <em>none</em>
                </MenuItem>
                {columns.map((column) => (
                  <MenuItem key={column} value={column}>
                    {column}
                  </MenuItem>
                ))}
              </TextField>
            ))}
            <TextField
              select
              label="Rows without a split"
              value={missingSplit}
              onChange={(event) => setMissingSplit(event.target.value as 'refuse' | 'hash')}
              helperText="hash: always the same split for an id"
            >
              <MenuItem value="hash">Split 80/10/10 by id</MenuItem>
              <MenuItem value="refuse">Refuse them</MenuItem>
            </TextField>
          </Box>
          <Box>
            <Button variant="contained" loading={pending} disabled={!roles.id || !roles.file} onClick={start}>
              Import {formatCount(plan.pictures.length)} pictures
            </Button>
          </Box>
        </>
      )}
    </Stack>
  );
}
