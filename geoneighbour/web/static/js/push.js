// Notifications on this device: the browser asks for permission at a touch, never before.

const box = document.querySelector("[data-push]");
const supported = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const key = Uint8Array.from(atob(box.dataset.push.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

function show(state, failed = false) {
  for (const part of box.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== state && !(failed && part.dataset.state === "failed");
}

async function tell(method, body) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content };
  const response = await fetch("/api/v1/me/push", { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(String(response.status));
}

async function subscribed() {
  return (await navigator.serviceWorker.ready).pushManager.getSubscription();
}

/** What the server knows may be gone: each look at this page tells it again. */
async function look() {
  if (!supported) return show("unsupported");
  if (Notification.permission === "denied") return show("denied");
  const there = await subscribed();
  if (there) await tell("POST", there.toJSON());
  show(there ? "on" : "off");
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return look();
  const { pushManager } = await navigator.serviceWorker.ready;
  // One that another key subscribed is of no use.
  await (await pushManager.getSubscription())?.unsubscribe();
  const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await tell("POST", made.toJSON());
  show("on");
}

async function turnOff() {
  const there = await subscribed();
  if (there) {
    await tell("DELETE", { endpoint: there.endpoint });
    await there.unsubscribe();
  }
  show("off");
}

for (const button of box.querySelectorAll("[data-do]")) {
  button.addEventListener("click", async () => {
    const on = button.dataset.do === "on";
    button.setAttribute("aria-busy", "true");
    await (on ? turnOn() : turnOff()).catch(() => show(on ? "off" : "on", true));
    button.removeAttribute("aria-busy");
  });
}
await look().catch(() => show("off", true));
