/** CORS for the endpoints that scripts of other origins call: anyone may, but never with cookies. Browser pages have none (RFC 9700 section 2.6). */

export const corsHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'WWW-Authenticate, DPoP-Nonce, X-FAPI-Interaction-Id',
};

export const preflightHeaders: Readonly<Record<string, string>> = {
  ...corsHeaders,
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'Authorization, Content-Type, DPoP, X-FAPI-Interaction-Id',
  'access-control-max-age': '3600',
};
