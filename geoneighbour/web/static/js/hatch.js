// Patterns for ground that is gained (strokes) and lost (dots): told apart without colour too.

import { colour } from "./base-style.js";

const SIZE = 20;

function strokes(pen) {
  pen.lineWidth = 4;
  for (const from of [-SIZE, 0, SIZE]) {
    pen.moveTo(from - 2, SIZE + 2);
    pen.lineTo(from + SIZE + 2, -2);
  }
  pen.stroke();
}

function dots(pen) {
  for (const [x, y] of [[5, 5], [15, 15]]) pen.rect(x - 2.5, y - 2.5, 5, 5);
  pen.fill();
}

function picture(hue, draw) {
  const canvas = Object.assign(document.createElement("canvas"), { width: SIZE, height: SIZE });
  const pen = canvas.getContext("2d");
  pen.strokeStyle = pen.fillStyle = colour(hue);
  draw(pen);
  return pen.getImageData(0, 0, SIZE, SIZE);
}

const pictures = () => ({ gained: picture("home", strokes), lost: picture("chosen", dots) });

/** Gives the map its images "gained" and "lost"; they follow when light turns to dark. */
export function addHatches(map) {
  for (const [name, image] of Object.entries(pictures())) map.addImage(name, image, { pixelRatio: 2 });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const [name, image] of Object.entries(pictures())) map.updateImage(name, image);
  });
}
