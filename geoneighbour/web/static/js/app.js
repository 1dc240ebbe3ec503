// On every page: the service worker, the word that one is offline, and what was written meanwhile.

import { listen, send, waiting, withoutPhotos } from "./outbox.js";

const about = (name) => document.querySelector(`meta[name="${name}"]`)?.content;
const member = about("member");
const banner = document.getElementById("offline");

/** Wi-Fi without a network behind it counts as online for the browser: the server is asked (js/sw.js lets HEAD pass). */
let unreachable = false;
const isOffline = () => unreachable || !navigator.onLine;

async function reach() {
  if (!navigator.serviceWorker?.controller) return;
  unreachable = await fetch("/sw.js", { method: "HEAD", cache: "no-store", priority: "low" }).then(() => false, () => true);
  if (unreachable) tell();
}

function tell() {
  banner.hidden = !isOffline();
  banner.querySelector("[data-slot=waiting]").hidden = waiting(member) === 0;
  banner.querySelector("[data-slot=without-photos]").hidden = !withoutPhotos(member);
}

async function online() {
  await reach();
  tell();
  if (unreachable) return;
  if (!member || !waiting(member)) return;
  const { sent, photosOf, refused } = await send(member);
  if (refused) location.assign(`/publications/nouvelle?nature=${refused.kind}&texte=${encodeURIComponent(refused.body)}`);
  else if (photosOf) location.assign(`/publications/${photosOf}#ajouter`);
  else if (sent) location.assign("/accueil");
}

addEventListener("online", online);
addEventListener("offline", tell);
addEventListener("unreachable", reach);
if (member) listen(member, isOffline, tell);
// Who is logged out, or never was in, leaves nothing private on this machine, and nobody's alerts come to it.
else if ("caches" in window) {
  await caches.delete("private-1");
  await navigator.serviceWorker?.getRegistration().then((worker) => worker?.pushManager?.getSubscription()).then((there) => there?.unsubscribe()).catch(() => {});
}
if ("serviceWorker" in navigator) {
  await navigator.serviceWorker.register("/sw.js");
  // The page that says there is no network, in the language chosen since; what was kept in another one is forgotten.
  const { lang } = document.documentElement;
  if (localStorage.getItem("language") !== lang && navigator.onLine) {
    await caches.open("ground-1").then((cache) => cache.add("/hors-ligne")).then(() => localStorage.setItem("language", lang), () => {});
    await caches.delete("private-1");
  }
  // What one wants without a network is worth fetching before it goes, once: each visit renews it.
  if (member && navigator.onLine && !(await caches.match("/publications/nouvelle"))) fetch("/publications/nouvelle", { priority: "low" }).catch(() => {});
}
if (navigator.onLine) await online();
else tell();
