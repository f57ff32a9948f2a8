/** symbolon dev: a provider on this machine with two people, one application and a partner, kept in a folder of its own. Not for anybody else's eyes. */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { format } from '../config/finding.ts';
import { parse } from '../config/load.ts';
import { serve } from './serve.ts';

export async function dev(options: { readonly port: string; readonly appPort: string; readonly data: string }): Promise<void> {
  const folder = resolve(options.data);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const parsed = parse(demoConfiguration(options.port, options.appPort), { baseDirectory: folder, env: process.env });
  if (!parsed.ok) throw new Error(format(parsed.findings, 'the demo configuration'));
  await serve(parsed.config, process.env.SYMBOLON_LOG_LEVEL ?? 'warn', (url) => process.stdout.write(greeting(url, options.appPort)));
}

function greeting(url: string, appPort: string): string {
  return `Symbolon listens on ${url} (development: for this machine only)

  discovery   ${url}/.well-known/openid-configuration
  account     ${url}/home
  people      alice / correct horse battery staple
              bob   / hunter2 hunter2
  partner     ${url}/auth/oidc/owner/flex_partner/17/redirect
              carol / carol likes bikes
  application client_id web, client_secret web-secret-0123456789abcdef0123456789,
              redirect_uri http://127.0.0.1:${appPort}/callback
`;
}

function demoConfiguration(port: string, appPort: string): string {
  return `
server: { listen: "127.0.0.1:${port}", outbound: { allow: [127.0.0.1/32] } }
database: sqlite:./dev.db
tenants:
  - id: main
    issuer: http://127.0.0.1:${port}
    name: Example Corp
    locales: [en, fi, sv, nl, fr]
    users:
      - username: alice
        password: correct horse battery staple
        groups: [staff]
        claims:
          name: Alice Archer
          given_name: Alice
          family_name: Archer
          preferred_username: alice
          birthdate: "1988-08-08"
          zoneinfo: Europe/Helsinki
          locale: en
          email: alice@example.test
          email_verified: true
      - username: bob
        password: hunter2 hunter2
        claims: { name: Bob Builder, given_name: Bob, family_name: Builder, email: bob@example.test, email_verified: true }
    upstreams:
      - id: acme
        name: Acme Payroll
        discovery: http://127.0.0.1:${port}/partner
        client_id: symbolon
        client_secret: partner-secret-0123456789abcdef012345
        token_endpoint_auth_method: client_secret_post
        owner: { type: flex_partner, id: "17" }
        domains: [acme.test]
        linking: ask
    clients:
      - client_id: web
        client_name: Example Web App
        client_secret: web-secret-0123456789abcdef0123456789
        redirect_uris: [http://127.0.0.1:${appPort}/callback]
        post_logout_redirect_uris: [http://127.0.0.1:${appPort}/bye]
        backchannel_logout_uri: http://127.0.0.1:${appPort}/backchannel
        scope: openid profile email offline_access
  # A partner, to come from.
  - id: partner
    issuer: http://127.0.0.1:${port}/partner
    name: Acme Payroll
    users:
      - username: carol
        password: carol likes bikes
        claims: { name: Carol Clerk, given_name: Carol, family_name: Clerk, email: carol@acme.test, email_verified: true }
    clients:
      - client_id: symbolon
        client_name: Example Corp
        client_secret: partner-secret-0123456789abcdef012345
        token_endpoint_auth_method: client_secret_post
        redirect_uris: [http://127.0.0.1:${port}/auth/oidc/callback]
        scope: openid profile email
        policy: { consent: implicit }
`;
}
