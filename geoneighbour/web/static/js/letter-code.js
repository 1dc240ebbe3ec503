// The QR code of a letter brings the letter's code behind "#", which no server is told: into its field, or along through the login.

const code = /^#code=([0-9A-Za-z]{9})$/.exec(location.hash)?.[1];
const field = document.querySelector("#postcard #code");
const login = document.querySelector("main input[type=password]")?.form;

if (code && field) {
  field.value = code.replace(/(...)(?=.)/g, "$1-");
  history.replaceState(null, "", "#postcard");
  field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
} else if (code && login) {
  login.action += location.hash;
}
