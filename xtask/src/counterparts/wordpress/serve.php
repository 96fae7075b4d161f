<?php
// What PHP's own server does with a request: a file as it is, a script of the site, everything else to the site's front door.
$path = rawurldecode((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
$code = $_SERVER['DOCUMENT_ROOT'];
if (strpos($path, '/wp-content/') === 0 && strpos($path, '..') === false) {
    $file = getenv('SITE_FOLDER') . '/content/' . substr($path, strlen('/wp-content/'));
    if (is_file($file) && pathinfo($file, PATHINFO_EXTENSION) !== 'php') {
        header('Content-Type: ' . (mime_content_type($file) ?: 'application/octet-stream'));
        readfile($file);
        return true;
    }
}
if (is_dir($code . $path) && is_file("$code/" . trim($path, '/') . '/index.php')) {
    $path = rtrim($path, '/') . '/index.php';
}
if ($path !== '/index.php' && is_file($code . $path) && pathinfo($path, PATHINFO_EXTENSION) !== 'php') {
    return false;
}
$script = is_file($code . $path) ? $path : '/index.php';
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = $script;
$_SERVER['SCRIPT_FILENAME'] = $code . $script;
chdir(dirname($code . $script));
require $code . $script;
return true;
