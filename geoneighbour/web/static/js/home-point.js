// The point a visitor chose, kept in this tab only until the sign-up form takes it. It is never in an address.

const KEY = "geoneighbour.home";

export function keepPoint({ lon, lat, label }) {
  sessionStorage.setItem(KEY, JSON.stringify({ lon, lat, label }));
}

export function keptPoint() {
  const kept = sessionStorage.getItem(KEY);
  return kept ? JSON.parse(kept) : null;
}

export function forgetPoint() {
  sessionStorage.removeItem(KEY);
}
