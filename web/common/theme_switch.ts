// The button that switches between light and dark.
import { button } from "./dom";
import { setTheme, theme } from "./theme";

export function themeSwitch(): HTMLButtonElement {
    const label = () => (theme() === "dark" ? "Light" : "Dark");
    const toggle: HTMLButtonElement = button(label(), () => {
        setTheme(theme() === "dark" ? "light" : "dark");
        toggle.textContent = label();
    });
    toggle.title = "Switch between light and dark";
    return toggle;
}
