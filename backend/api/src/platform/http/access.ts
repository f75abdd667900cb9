import { SetMetadata } from '@nestjs/common';

/** Metadata of every route: who may call it. `identity` enforces it; a route without it is refused and fails a spec. */
export const ACCESS = 'graft:access';

/** Anyone may call this route, without signing in. */
export const Public = (): MethodDecorator => SetMetadata(ACCESS, 'public');

/** Any person or token may call this route, whatever the role. */
export const SignedIn = (): MethodDecorator => SetMetadata(ACCESS, 'signed-in');
