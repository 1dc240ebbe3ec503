// The service worker: what a member saw last stays readable without a network. The network always comes first.
// Private pages are forgotten at the first page seen without a login (js/app.js). The answer that holds a home is never kept.

const GROUND = "ground-1", PRIVATE = "private-1";
const OFFLINE = "/hors-ligne";
const MOST_TILES = 400;
const NEVER = [/^\/api\/v1\/me$/, /^\/connexion/, /^\/inscription/, /^\/compte/, /^\/deconnexion/];
const PUBLIC = [/^\/$/, /^\/confidentialite$/, /^\/localites$/, /^\/communes\//];
const KEPT = [/^\/accueil$/, /^\/voisins$/, /^\/quartiers/, /^\/messages/, /^\/publications\//, /^\/api\/v1\/(me\/map|feed|reach|neighbourhoods)/];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(GROUND).then((cache) => cache.add(OFFLINE)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => ![GROUND, PRIVATE].includes(name)).map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (NEVER.some((path) => path.test(url.pathname))) {
    if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (url.pathname.startsWith("/static/vendor/")) event.respondWith(cacheFirst(request));
  else if (/^\/(static|tiles)\/|^\/(polices|couleurs)\.css$/.test(url.pathname)) event.respondWith(networkFirst(request, GROUND));
  else if (PUBLIC.some((path) => path.test(url.pathname))) event.respondWith(networkFirst(request, GROUND));
  else if (KEPT.some((path) => path.test(url.pathname))) event.respondWith(networkFirst(request, PRIVATE));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
});

/** An alert that came while no page of ours may be open: what it says was encrypted for this browser alone. */
self.addEventListener("push", (event) => {
  const { title = "", body = "", url = "/", tag, lang, urgent = false } = event.data?.json() ?? {};
  // The same again takes the place of the first, without another sound.
  event.waitUntil(self.registration.showNotification(title, { body, tag, lang, requireInteraction: urgent, data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  // Its path alone: this worker opens no other site.
  const { pathname, search, hash } = new URL(event.notification.data?.url || "/alertes", location.origin);
  event.waitUntil(open(location.origin + pathname + search + hash));
});

async function open(url) {
  const pages = await self.clients.matchAll({ type: "window" });
  const there = pages.find((page) => page.url === url);
  return there ? there.focus() : self.clients.openWindow(url);
}

async function cacheFirst(request) {
  return (await caches.match(request)) ?? keep(request, await fetch(request), GROUND);
}

async function networkFirst(request, name) {
  try {
    return await keep(request, await fetch(request), name);
  } catch (unreachable) {
    const page = request.mode === "navigate";
    const known = (await caches.match(request)) ?? (page && (await caches.match(request, { ignoreSearch: true })));
    if (known) return known;
    if (page) return caches.match(OFFLINE);
    throw unreachable;
  }
}

async function keep(request, response, name) {
  if (response.ok && !response.redirected) {
    const cache = await caches.open(name);
    await cache.put(request, response.clone());
    if (request.url.includes("/tiles/")) await trim(cache);
  }
  return response;
}

/** The tiles seen longest ago go first. */
async function trim(cache) {
  const tiles = (await cache.keys()).filter((one) => one.url.includes("/tiles/"));
  await Promise.all(tiles.slice(0, -MOST_TILES).map((one) => cache.delete(one)));
}
