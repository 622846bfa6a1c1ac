// Shares the view in the address. The query comes from strangers. It is only ever set as a value or as a parameter.
function shareOf(root, card) {
  const $ = (selector) => root.querySelector(selector), dialog = $("dialog"), link = $("#share-link"), told = $(".told");
  $(".open").onclick = () => {
    const values = new URLSearchParams(location.search);
    values.delete("open"); // the picture that is open is not part of the card
    values.set("page", location.pathname.split("/").at(-1));
    link.value = location.href;
    told.textContent = "";
    $("img").src = $(".download").href = `${card}?${values}`;
    dialog.showModal();
    link.select();
  };
  $(".copy").onclick = async () => {
    link.select();
    try {
      await navigator.clipboard.writeText(link.value);
      told.textContent = "Copied.";
    } catch {
      told.textContent = "Press Ctrl+C or ⌘C to copy the link."; // without HTTPS a page may not write to the clipboard
    }
  };
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
  $(".open").inert = false;
}

export default function ({ data, parentElement }) {
  shareOf(parentElement, data[0]);
}
