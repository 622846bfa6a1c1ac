// Shrinks pictures in the browser, so that large ones are never sent. A file that the browser cannot read is sent as it is.
const KEEP_BYTES = 400_000; // a picture with few pixels is sent as it is up to this size

async function shrunk(blob, maxSide) {
  let picture;
  try {
    picture = await createImageBitmap(blob, { imageOrientation: "from-image" });
  } catch {
    return blob;
  }
  const scale = Math.min(1, maxSide / Math.max(picture.width, picture.height));
  if (scale === 1 && blob.size <= KEEP_BYTES) return blob;
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return (await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9))) ?? blob;
}
