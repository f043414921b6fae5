import { byId } from './dom.ts';

const KEY = 'lanewise-theme';
type Theme = 'light' | 'dark';

const prefersDark = matchMedia('(prefers-color-scheme: dark)');

function stored(): Theme | undefined {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === 'light' || theme === 'dark' ? theme : undefined;
  } catch {
    return undefined; // storage is switched off
  }
}

function current(): Theme {
  return (
    (document.documentElement.dataset['theme'] as Theme | undefined) ??
    (prefersDark.matches ? 'dark' : 'light')
  );
}

/** The button that changes the theme, and the system's own changes. `onChange` redraws what is drawn by hand. */
export function followTheme(onChange: () => void): void {
  const button = byId('theme');
  const label = (): void => {
    button.textContent = current() === 'dark' ? '☀ Light' : '☾ Dark';
    button.setAttribute('aria-label', `Change to the ${current() === 'dark' ? 'light' : 'dark'} theme`);
  };
  const theme = stored();
  if (theme) document.documentElement.dataset['theme'] = theme;
  label();
  button.addEventListener('click', () => {
    const next: Theme = current() === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset['theme'] = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // then the choice lasts as long as the page
    }
    label();
    onChange();
  });
  prefersDark.addEventListener('change', () => {
    label();
    onChange();
  });
}

const probe = document.createElement('i');
probe.hidden = true;

/** The colour that a custom property of the style sheet has in the theme of the moment, as `rgb(...)`. */
export function colourOf(property: string): string {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(${property})`;
  return getComputedStyle(probe).color;
}

/** Gives a canvas as many pixels as the screen has for it; sizes are in CSS pixels. */
export function fitCanvas(canvas: HTMLCanvasElement): {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
} {
  const ratio = devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  const [columns, rows] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== columns || canvas.height !== rows) [canvas.width, canvas.height] = [columns, rows];
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}
