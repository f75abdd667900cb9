import { createHash } from 'node:crypto';
import { canonicalJson, type Component, type Space, type SpaceDefinition } from '@graft/protocol';
import { SpaceMismatch } from './failures.js';

/** The identity of an embedding space, by the rule in the protocol. */
export function spaceId(definition: SpaceDefinition): string {
  return `sp_${sha256(canonicalJson(definition)).slice(0, 32)}`;
}

export function spaceOf(definition: SpaceDefinition): Space {
  return { id: spaceId(definition), definition };
}

/** One hash over an encoder's graph and weights, in the order the component lists them. */
export function encoderSha256(component: Pick<Component, 'graph' | 'weights'>): string {
  return sha256(canonicalJson([component.graph.sha256, ...component.weights.map((file) => file.sha256)]));
}

/** Refuses a space whose id is not that of its definition. `owner` says in the message whose space it is. */
export function assertGenuine(space: Space, owner: string): void {
  const expected = spaceId(space.definition);
  if (space.id !== expected) {
    throw new SpaceMismatch(
      `${owner} claims space ${space.id}, but its definition is that of ${expected}. Write it again with the encoder that made it.`,
    );
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
