/**
 * Forms of an HTML page, read as a browser without script reads them (WHATWG HTML section 4.10). A small scanner of tags, not
 * of trees: enough for pages made of plain forms, and strict about what it does not know.
 */

export type Field = {
  readonly name: string;
  readonly value: string;
  readonly type: string;
  readonly id: string;
  readonly checked: boolean;
};

export type Button = { readonly id: string; readonly name: string; readonly value: string; readonly text: string };

export type Form = {
  readonly id: string;
  /** As written; empty means the page's own address. */
  readonly action: string;
  readonly method: 'get' | 'post';
  /** All fields in the order of the page; of a select, the chosen option. Disabled ones are left out. */
  readonly fields: readonly Field[];
  readonly buttons: readonly Button[];
};

type Attributes = Readonly<Record<string, string>>;
type Tag = { readonly name: string; readonly attributes: Attributes; readonly text: string };

const tagPattern = /<(\/?[a-z][a-z0-9-]*)((?:\s+[^\s=>/"']+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*)\s*\/?>([^<]*)/gi;
const attributePattern = /([^\s=>/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/** Character references as escapers write them: the five names, `&nbsp;`, decimal and hexadecimal numbers. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi,
    (whole, hex: string | undefined, decimal: string | undefined, name: string) => {
      if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
      return decimal ? String.fromCodePoint(Number(decimal)) : (named[name] ?? whole);
    },
  );
}

/** All tags of a page in order, each with the text that follows it; comments, scripts and styles are skipped. */
function* scan(page: string): Generator<Tag> {
  const visible = page.replace(/<!--[\s\S]*?-->|<(script|style|template)\b[\s\S]*?<\/\1\s*>/gi, '');
  for (const [, name = '', written = '', text = ''] of visible.matchAll(tagPattern)) {
    yield { name: name.toLowerCase(), attributes: readAttributes(written), text: decodeEntities(text) };
  }
}

function readAttributes(written: string): Attributes {
  const attributes: Record<string, string> = {};
  for (const [, name = '', double, single, bare] of written.matchAll(attributePattern)) {
    attributes[name.toLowerCase()] ??= decodeEntities(double ?? single ?? bare ?? '');
  }
  return attributes;
}

type OpenForm = { id: string; action: string; method: 'get' | 'post'; fields: Field[]; buttons: Button[] };

/** The forms of a page in order. A control belongs to the form around it, or to the earlier one that its `form` attribute names. */
export function parseForms(page: string): readonly Form[] {
  const forms: OpenForm[] = [];
  let open: OpenForm | undefined;
  let labelled: OpenForm | undefined;
  let select: Attributes = {};
  for (const tag of scan(page)) {
    if (tag.name === 'form') {
      open = openForm(tag.attributes);
      forms.push(open);
    } else if (tag.name === '/form') open = undefined;
    if (tag.name === 'select') select = tag.attributes;
    if (tag.name === '/button') labelled = undefined;
    if (labelled) addButtonText(labelled, tag.text);
    const named = tag.attributes.form;
    const owner = named === undefined ? open : forms.find(({ id }) => id === named);
    if (owner && readControl(owner, tag, select) === 'button') labelled = owner;
  }
  return forms;
}

function openForm(attributes: Attributes): OpenForm {
  const method = attributes.method?.toLowerCase() === 'post' ? 'post' : 'get';
  return { id: attributes.id ?? '', action: attributes.action ?? '', method, fields: [], buttons: [] };
}

/** Answers `button` when the text that follows is the label of a button just read. */
function readControl(form: OpenForm, { name, attributes, text }: Tag, select: Attributes): 'button' | 'other' {
  if ('disabled' in attributes) return 'other';
  const type = attributes.type?.toLowerCase() ?? '';
  if (name === 'button' && type !== 'button' && type !== 'reset') {
    form.buttons.push(asButton(attributes, text));
    return 'button';
  }
  if (name === 'input' && (type === 'submit' || type === 'image')) form.buttons.push(asButton(attributes, attributes.value ?? ''));
  else if (name === 'input') form.fields.push(asField(attributes, type || 'text'));
  else if (name === 'textarea') form.fields.push({ ...asField(attributes, 'textarea'), value: text.replace(/^\n/, '') });
  else if (name === 'option') addOption(form, attributes, text, select);
  return 'other';
}

function asField(attributes: Attributes, type: string): Field {
  const toggles = type === 'checkbox' || type === 'radio';
  const value = attributes.value ?? (toggles ? 'on' : '');
  return { name: attributes.name ?? '', value, type, id: attributes.id ?? '', checked: !toggles || 'checked' in attributes };
}

function asButton(attributes: Attributes, text: string): Button {
  return { id: attributes.id ?? '', name: attributes.name ?? '', value: attributes.value ?? '', text: text.trim() };
}

function addButtonText(form: OpenForm, text: string): void {
  const last = form.buttons.at(-1);
  if (last) form.buttons[form.buttons.length - 1] = { ...last, text: `${last.text} ${text.trim()}`.trim() };
}

/** The first option stands until a selected one comes. */
function addOption(form: OpenForm, attributes: Attributes, text: string, select: Attributes): void {
  const name = select.name ?? '';
  const option: Field = { name, value: attributes.value ?? text.trim(), type: 'select', id: select.id ?? '', checked: true };
  const at = form.fields.findIndex((field) => field.type === 'select' && field.name === name);
  if (at === -1) form.fields.push(option);
  else if ('selected' in attributes) form.fields[at] = option;
}

/**
 * What the browser sends when the person fills in `values` and presses the button. A value of `false` unticks a checkbox, any other
 * value ticks the one that has it. Throws when a name is not in the form, because a person could not type there.
 */
export function fillForm(form: Form, button: Button | undefined, values: Readonly<Record<string, string | boolean>>): URLSearchParams {
  const left = new Set(Object.keys(values));
  const sent = new URLSearchParams();
  for (const field of form.fields) {
    left.delete(field.name);
    const value = sentValue(field, values[field.name]);
    if (field.name !== '' && value !== undefined) sent.append(field.name, value);
  }
  if (left.size > 0) throw new Error(`the form ${form.id || form.action} has no field ${[...left].join(', ')}`);
  if (button && button.name !== '') sent.append(button.name, button.value);
  return sent;
}

function sentValue(field: Field, given: string | boolean | undefined): string | undefined {
  if (field.type !== 'checkbox' && field.type !== 'radio') return given === undefined ? field.value : String(given);
  const ticked = given === undefined ? field.checked : given === true || given === field.value;
  return ticked ? field.value : undefined;
}
