export {
  componentOf,
  graphPath,
  openBundle,
  writeBundleManifest,
  writeComponent,
  type Bundle,
  type ComponentModel,
} from './bundle.js';
export { ControlChannel } from './control-channel.js';
export { Dataset } from './dataset.js';
export { executeTask, type RecipeHandler } from './execute-task.js';
export { Cancelled, InputInvalid, RecipeFailure, SpaceMismatch, toFailure } from './failures.js';
export { readLines, sha256OfFile, writeWhole } from './files.js';
export { BoundedQueue } from './http/bounded-queue.js';
export { createJsonServer, listenUntilCancelled, readBody } from './http/json-server.js';
export { Refusal, type RefusedField } from './http/refusal.js';
export { classIndices, labelFeeds, labelVocabulary, NO_LABEL, type LabelVocabulary } from './labels.js';
export { mapInOrder } from './map-in-order.js';
export { decodeItems, decodePicture, pictureBytes, type PixelCrop, PixelScaler } from './pictures.js';
export { sharp } from './picture-decoder.js';
export { rehearse, startWatch } from './preflight/rehearsal.js';
export type { PreparedTraining, TextInputs, TrainingFeeds, TrainingInputs } from './preflight/training-inputs.js';
export { permutation, Random } from './random.js';
export { RecipeContext, type Reporting, type SendEvent } from './recipe-context.js';
export { runRecipe, serveChannel } from './run-recipe.js';
export type { Neighbours } from './neighbours.js';
export { Snapshot, SnapshotIndex, writeSnapshot, type SnapshotContent } from './snapshot.js';
export { assertGenuine, encoderSha256, spaceId, spaceOf } from './space.js';
export { textTokens, type EncodableText, type TextTokens } from './text-tokens.js';
export { ItemStream } from './item-stream.js';
export {
  runTraining,
  type Trainee,
  type TrainingPlan,
  type TrainingReport,
  type TrainingResult,
} from './training-loop.js';
export { trainerOptions, trainingSchedule, type TrainingSchedule } from './training-parameters.js';
