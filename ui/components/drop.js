// Sends files to the address of this session's drop, by HTTP and not in a message. A message only names them.
let dropCount = 0;

async function dropped(drop, blob) {
  dropCount += 1;
  const number = `${Date.now().toString(36)}-${dropCount}`;
  const answer = await fetch(`${drop}/${number}`, { method: "PUT", body: blob, credentials: "omit" });
  if (!answer.ok) throw new Error(await answer.text());
  return number;
}
