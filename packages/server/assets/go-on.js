// Everything on the page has loaded, the frames that sign the person out among it: on to where she is going.
addEventListener('load', () => location.replace(document.getElementById('signed-out-continue').href));
