/** The forms of the pages: plain POSTs of what the server wrote into them and of the button that was pressed. */
import type { ComponentChildren } from 'preact';
import { ownAddress } from './safe-url.ts';

export type FormTarget = {
  /** Where the form goes: a path of ours. */
  readonly action: string;
  /** What comes back unchanged with it, the CSRF token among it. */
  readonly hidden: Readonly<Record<string, string>>;
};

type FormProps = { readonly target: FormTarget; readonly children: ComponentChildren };

export function Form({ target, children }: FormProps) {
  return (
    <form method="post" action={ownAddress(target.action)} class="form">
      <HiddenFields fields={target.hidden} />
      {children}
    </form>
  );
}

export function HiddenFields({ fields }: { readonly fields: Readonly<Record<string, string>> }) {
  return (
    <>
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
    </>
  );
}
