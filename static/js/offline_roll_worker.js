// Keeps the offline roll at hand: the network first, what the page kept when there is none.
"use strict";

const PATIENCE = 4000; // milliseconds; a weak connection must not hold up a meeting

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith(answer(event.request));
});

async function answer(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  const fresh = fetch(request);
  if (!kept) return fresh;
  const waited = new Promise((resolve) => setTimeout(() => resolve(kept), PATIENCE));
  return Promise.race([fresh, waited]).catch(() => kept);
}
