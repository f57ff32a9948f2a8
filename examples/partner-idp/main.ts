/** The partner's tool: a page with a link. That is all a partner's application needs: who she is, its provider says. */
import { createServer } from 'node:http';

const { PORT = '5100', HUB = 'http://127.0.0.1:4000' } = process.env;

const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Payroll</title>
<h1>Payroll</h1>
<p><a id="go" href="${HUB}/auth/oidc/owner/flex_partner/17/redirect">Go to bikes for everybody</a></p>
</html>
`;

createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)).listen(
  Number(PORT),
  '127.0.0.1',
  () => process.stdout.write(`The partner's tool: http://127.0.0.1:${PORT}\n`),
);
