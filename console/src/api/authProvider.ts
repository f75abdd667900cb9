import type { AuthProvider } from 'react-admin';
import type { GraftDataProvider } from './dataProvider.js';
import { refusalOf } from './refusal.js';

/** The session lives in an httpOnly cookie, so the server is asked who is signed in; nothing secret is kept in the browser. */
export function createAuthProvider(
  graft: Pick<GraftDataProvider, 'signIn' | 'signOut' | 'currentSession'>,
): AuthProvider {
  return {
    login: (credentials: { email: string; password: string }) => graft.signIn(credentials),
    logout: async () => {
      await graft.signOut().catch((error: unknown) => {
        if (refusalOf(error).status !== 401) throw error;
      });
    },
    checkAuth: async () => {
      await graft.currentSession();
    },
    checkError: async (error: unknown) => {
      if (refusalOf(error).status === 401) throw error;
    },
    getIdentity: async () => {
      const { user } = await graft.currentSession();
      return { id: user.id, fullName: user.name, email: user.email, role: user.role };
    },
    getPermissions: async () => (await graft.currentSession()).permissions,
  };
}
