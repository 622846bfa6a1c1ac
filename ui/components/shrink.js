// Pictures are made smaller here, so that large ones never travel; what the browser cannot read goes as it is.
const AS_IT_IS = 400_000; // bytes of a picture that is not made smaller in pixels

async function shrunk(blob, longest) {
  let picture;
  try {
    picture = await createImageBitmap(blob, { imageOrientation: "from-image" });
  } catch {
    return blob;
  }
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  if (scale === 1 && blob.size <= AS_IT_IS) return blob;
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return (await new Promise((made) => canvas.toBlob(made, "image/jpeg", 0.9))) ?? blob;
}

function base64(blob) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(blob);
  });
}
