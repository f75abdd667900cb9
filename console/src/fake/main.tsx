import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from '../App.js';
import { PictureSource } from '../api/hooks.js';
import { drawnPicture } from './catalogue.js';
import { createFakeWorkspace } from './fakeDataProvider.js';

// fake.html?role=researcher, ?signed-out, ?empty
const scene = new URLSearchParams(location.search);
const { graft, live } = createFakeWorkspace({
  role: scene.get('role') === 'researcher' ? 'researcher' : 'admin',
  signedIn: !scene.has('signed-out'),
  empty: scene.has('empty'),
});
const root = document.getElementById('root');
if (!root) throw new Error('fake.html lacks the element #root');

createRoot(root).render(
  <StrictMode>
    <PictureSource value={(_versionId, itemId) => drawnPicture(itemId)}>
      <App graft={graft} live={live} />
    </PictureSource>
  </StrictMode>,
);
