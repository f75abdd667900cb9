import type { AuthProvider } from 'react-admin';
import type { GraftDataProvider } from './dataProvider.js';
import { refusalOf } from './refusal.js';

/** The session lives in an httpOnly cookie, so the server is asked who is signed in; nothing secret is kept in the browser. */
export function createAuthProvider(
  graft: Pick<GraftDataProvider, 'signIn' | 'signOut' | 'currentSession'>,
): AuthProvider {
  // React-admin signs out whoever fails `checkAuth`. Where the server has just said that there is no session, there is nothing to end.
  let ended = false;
  const noteEnd = (error: unknown): boolean => {
    ended ||= refusalOf(error).status === 401;
    return ended;
  };
  return {
    login: async (credentials: { email: string; password: string }) => {
      await graft.signIn(credentials);
      ended = false;
    },
    logout: async () => {
      if (ended) return;
      await graft.signOut().catch((error: unknown) => {
        if (!noteEnd(error)) throw error;
      });
      ended = true;
    },
    checkAuth: async () => {
      try {
        await graft.currentSession();
        ended = false;
      } catch (error) {
        noteEnd(error);
        throw error;
      }
    },
    checkError: async (error: unknown) => {
      if (refusalOf(error).status === 401 && noteEnd(error)) throw error;
    },
    getIdentity: async () => {
      const { user } = await graft.currentSession();
      return { id: user.id, fullName: user.name, email: user.email, role: user.role };
    },
    getPermissions: async () => (await graft.currentSession()).permissions,
  };
}
