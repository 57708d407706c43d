// Takes a picture from the camera every few seconds and hands it to the page; nothing is stored.
let stop = () => {}; // Streamlit calls the function below again without its clean-up, e.g. on a new theme

export default function ({ parentElement, data, setTriggerValue }) {
  stop(); // or a second camera would stay open
  const video = parentElement.querySelector("video");
  const said = parentElement.querySelector("p");
  const canvas = document.createElement("canvas");
  let stream = null;
  let timer = null;
  let gone = false;

  // A new picture would cut short the run that answers the one before: on a slow server no answer ever came.
  function atWork() {
    const app = document.querySelector('[data-testid="stApp"]');
    return app && app.dataset.testScriptState === "running";
  }

  function snap() {
    if (!video.videoWidth || atWork()) return;
    const scale = Math.min(1, data.width / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    setTriggerValue("frame", canvas.toDataURL("image/jpeg", 0.9));
  }

  if (!navigator.mediaDevices) {
    said.textContent = data.refused;
    return;
  }
  navigator.mediaDevices
    .getUserMedia({ video: { width: { ideal: 1280 } }, audio: false })
    .then((opened) => {
      if (gone) return opened.getTracks().forEach((track) => track.stop());
      stream = opened;
      video.srcObject = stream;
      said.textContent = "";
      timer = setInterval(snap, 1000 * data.seconds);
    })
    .catch(() => {
      said.textContent = data.refused;
    });

  stop = () => {
    gone = true;
    clearInterval(timer);
    if (stream) stream.getTracks().forEach((track) => track.stop());
  };
  return stop;
}
