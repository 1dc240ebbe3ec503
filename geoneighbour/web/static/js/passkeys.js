// Passkeys: adding one to the account, and logging in with one. The server makes each challenge and checks each answer.

const CREATING = "[data-add-passkey]";
const ENTERING = "[data-use-passkey]";

/** Text in base64url (of WebAuthn's JSON) to bytes, and back. */
const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

class Refused extends Error {}

async function ask(url, body) {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content,
    },
    body: JSON.stringify(body),
  });
  const answer = (await response.json().catch(() => ({}))).response ?? {};
  if (answer.reauth_required) {
    location.assign(document.querySelector(CREATING).dataset.verify);
    return new Promise(() => {});
  }
  if (!response.ok) throw new Refused(answer.errors?.join(" ") ?? "");
  return answer;
}

const described = (credentials = []) => credentials.map((one) => ({ ...one, id: toBytes(one.id) }));

async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  });
  return written(made, {
    attestationObject: toText(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

async function use(options) {
  const used = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: described(options.allowCredentials),
    },
  });
  const { authenticatorData, signature, userHandle } = used.response;
  return written(used, {
    authenticatorData: toText(authenticatorData),
    signature: toText(signature),
    userHandle: userHandle && toText(userHandle),
  });
}

const written = (credential, response) =>
  JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    extensions: JSON.stringify(credential.getClientExtensionResults()),
    response: { clientDataJSON: toText(credential.response.clientDataJSON), ...response },
  });

async function add(form) {
  const { credential_options: options, wan_state: state } = await ask(form.action, {
    name: form.elements.name.value,
    usage: "first",
  });
  await ask(`${form.action}/${state}`, { credential: await create(options) });
  location.reload();
}

async function enter(form) {
  const { credential_options: options, wan_state: state } = await ask(form.action, {});
  const remember = document.querySelector('[name="remember"]')?.checked ?? false;
  const { post_login_url: next } = await ask(`${form.action}/${state}${location.search}`, {
    credential: await use(options),
    remember: remember ? "y" : "",
  });
  location.assign(next);
}

function prepare(selector, action) {
  const form = document.querySelector(selector);
  if (!form || !window.PublicKeyCredential) return;
  form.hidden = false;
  const problem = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    const button = form.querySelector("button");
    button.setAttribute("aria-busy", "true");
    try {
      await action(form);
    } catch (error) {
      // Whoever closes the browser's own window meets no error; everything else is said.
      problem.querySelector("span").textContent = (error instanceof Refused && error.message) || form.dataset.failed;
      problem.hidden = error.name === "NotAllowedError" && selector === CREATING;
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

prepare(CREATING, add);
prepare(ENTERING, enter);
