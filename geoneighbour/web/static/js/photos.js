// Photos of a post: seen and described before they are sent, made smaller on the device, chosen in several goes.

const LONGEST = 2048, QUALITY = 0.85;

const field = document.querySelector(".photo-field");
const input = field?.querySelector("input[type=file]");
const list = field?.querySelector(".chosen");
const most = Number(field?.dataset.most);
let chosen = [], earlier = Promise.resolve();

if (field) {
  if (location.hash === "#ajouter") field.closest("details")?.setAttribute("open", "");
  input.addEventListener("change", () => {
    const files = [...input.files];
    earlier = earlier.then(() => add(files));
  });
  // After a form was kept for later nothing is chosen any more.
  input.form.addEventListener("reset", () => { chosen.forEach(forget); chosen = []; show(); });
}

async function add(files) {
  const room = most - chosen.length;
  field.querySelector("[data-slot=full]").hidden = files.length <= room;
  field.setAttribute("aria-busy", "true");
  // Meanwhile the form holds what is chosen as it came: sent early, the server makes it smaller.
  hold([...chosen.map((one) => one.file), ...files.slice(0, room)]);
  const unread = [];
  for (const file of files.slice(0, room)) {
    const photo = await smaller(file);
    if (photo) chosen.push(entry(photo));
    else unread.push(file.name);
  }
  field.removeAttribute("aria-busy");
  const message = field.querySelector("[data-slot=unread]");
  message.hidden = !unread.length;
  message.querySelector("span").textContent = unread.join(", ");
  show();
}

function entry(file) {
  const item = field.querySelector("template").content.firstElementChild.cloneNode(true);
  const one = { file, item };
  item.querySelector("img").src = URL.createObjectURL(file);
  item.querySelector("button").addEventListener("click", () => {
    forget(one);
    chosen = chosen.filter((other) => other !== one);
    field.querySelector("[data-slot=full]").hidden = true;
    show();
    input.focus();
  });
  return one;
}

const forget = ({ item }) => URL.revokeObjectURL(item.querySelector("img").src);

function show() {
  list.replaceChildren(...chosen.map((one) => one.item));
  list.hidden = chosen.length === 0;
  hold(chosen.map((one) => one.file));
}

/** The field holds these files, in this order. */
function hold(files) {
  const held = new DataTransfer();
  for (const file of files) held.items.add(file);
  input.files = held.files;
}

/** The photo upright, LONGEST at most, without what hides in its file; null for a file that is no picture to this browser. */
async function smaller(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!picture) return null;
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return blob ? new File([blob], "photo.jpg", { type: blob.type }) : file;
}
