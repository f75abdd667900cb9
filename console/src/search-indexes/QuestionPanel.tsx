import SearchIcon from '@mui/icons-material/Search';
import { Box, Button, InputAdornment, MenuItem, Slider, Stack, TextField, Typography } from '@mui/material';
import { usePictureUrl } from '../api/hooks.js';
import type { DatasetVersion } from '../api/schemas.js';
import { Section } from '../ui/Section.js';
import { CropFrame } from './CropFrame.js';
import { PictureDrop } from './PictureDrop.js';
import type { Question } from './question.js';

type QuestionPanelProps = {
  question: Question;
  readsTexts: boolean;
  version: DatasetVersion | undefined;
  change: (part: Partial<Question>) => void;
  clear: () => void;
};

/** What is looked for: a picture or an item, a part of it, words, and what must be true of the answers. */
export function QuestionPanel({ question, readsTexts, version, change, clear }: QuestionPanelProps) {
  const pictureUrl = usePictureUrl();
  const { picture, item, crop, text, said } = question;
  const seen = picture
    ? { url: picture.url, title: picture.name }
    : item && version
      ? { url: pictureUrl(version.id, item.id), title: item.title || item.id }
      : null;
  return (
    <Section title="Look for">
      <Stack spacing={2.5}>
        {seen ? (
          <CropFrame key={seen.url} {...seen} crop={crop} onCrop={(chosen) => change({ crop: chosen })} />
        ) : (
          <PictureDrop onPicture={(chosen) => change({ picture: chosen, item: null, crop: null })} />
        )}
        {readsTexts && (
          <TextField
            label={seen ? 'Like this, but…' : 'In words'}
            placeholder={seen ? 'blue' : 'navy striped shirt'}
            value={text}
            onChange={(event) => change({ text: event.target.value })}
            slotProps={{
              htmlInput: { maxLength: 500 },
              input: {
                startAdornment: (
                  <InputAdornment position="start">
                    <SearchIcon fontSize="small" />
                  </InputAdornment>
                ),
              },
            }}
          />
        )}
        {seen && text.trim() !== '' && (
          <Box sx={{ px: 1 }}>
            <Typography variant="body2" color="text.secondary" id="said-label">
              The picture counts {Math.round(100 * (1 - said))} %, the words {Math.round(100 * said)} %
            </Typography>
            <Slider
              aria-labelledby="said-label"
              value={said}
              min={0}
              max={1}
              step={0.05}
              onChange={(_event, value) => change({ said: value })}
            />
          </Box>
        )}
        {version && <FilterFields question={question} version={version} change={change} />}
        <Button color="inherit" variant="outlined" onClick={clear}>
          Start over
        </Button>
      </Stack>
    </Section>
  );
}

function FilterFields({
  question,
  version,
  change,
}: {
  question: Question;
  version: DatasetVersion;
  change: (part: Partial<Question>) => void;
}) {
  return (
    <Box sx={{ display: 'grid', gap: 1.5, gridTemplateColumns: '1fr 1fr' }}>
      {Object.entries(version.attributes).map(([name, values]) => (
        <TextField
          key={name}
          select
          size="small"
          label={name}
          value={question.filters[name] ?? ''}
          onChange={(event) => change({ filters: { ...question.filters, [name]: event.target.value } })}
        >
          <MenuItem value="">Any</MenuItem>
          {values.slice(0, 200).map(({ value, count }) => (
            <MenuItem key={value} value={value}>
              {value} ({count})
            </MenuItem>
          ))}
        </TextField>
      ))}
    </Box>
  );
}
