import { Alert, Box, Button, Paper, Stack, TextField, Typography } from '@mui/material';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Notification, useLogin } from 'react-admin';
import { refusalOf } from '../api/refusal.js';
import { Logo } from '../layout/Logo.js';
import { signInMessage } from './signInMessage.js';

export function SignInPage() {
  const login = useLogin();
  const queryClient = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [message, setMessage] = useState<string | null>(null);
  const [pending, setPending] = useState(false);

  const signIn = async (event: FormEvent) => {
    event.preventDefault();
    setPending(true);
    setMessage(null);
    try {
      // What the person before saw must not greet the next one.
      queryClient.clear();
      await login({ email: email.trim(), password });
    } catch (error) {
      setMessage(signInMessage(refusalOf(error)));
      setPending(false);
    }
  };

  return (
    <Box
      component="main"
      sx={{ minHeight: '100vh', display: 'grid', placeItems: 'center', bgcolor: 'background.default', p: 2 }}
    >
      <Box sx={{ width: '100%', maxWidth: 400 }}>
        <Stack sx={{ alignItems: 'center' }}>
          <Logo size={38} />
        </Stack>
        <Paper variant="outlined" sx={{ p: { xs: 3, sm: 4 }, borderRadius: 4 }}>
          <Typography variant="h1" sx={{ mb: 0.5 }}>
            Sign in
          </Typography>
          <Typography color="text.secondary" variant="body2" sx={{ mb: 3 }}>
            The first administrator's password was printed in the terminal when Graft was set up.
          </Typography>
          <Stack component="form" spacing={2} onSubmit={(event) => void signIn(event)}>
            {message && (
              <Alert severity="error" role="alert">
                {message}
              </Alert>
            )}
            <TextField
              label="E-mail"
              type="email"
              name="email"
              autoComplete="username"
              autoFocus
              required
              fullWidth
              size="medium"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
            <TextField
              label="Password"
              type="password"
              name="password"
              autoComplete="current-password"
              required
              fullWidth
              size="medium"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
            <Button type="submit" variant="contained" size="large" loading={pending}>
              Sign in
            </Button>
          </Stack>
        </Paper>
      </Box>
      <Notification />
    </Box>
  );
}
